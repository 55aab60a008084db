def pytest_configure(config):
    config.addinivalue_line("markers", "java: compares with the Java worker")
