# The CMake package for authors of connectors. cmake/packaging.cmake includes this file; the headers
# themselves (include/millrace) are installed there. A second copy in the build tree serves the test
# that builds examples/ as an author would.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_source ${CMAKE_SOURCE_DIR}/cmake/millrace_package/MillraceConfig.cmake.in)
set(package_built ${CMAKE_BINARY_DIR}/cmake)

set(MILLRACE_INCLUDE_DIR ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(${package_source} ${package_built}/install/MillraceConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace PATH_VARS MILLRACE_INCLUDE_DIR)
write_basic_package_version_file(${package_built}/MillraceConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${package_built}/install/MillraceConfig.cmake ${package_built}/MillraceConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)

set(MILLRACE_INCLUDE_DIR ${CMAKE_SOURCE_DIR}/include)
configure_package_config_file(${package_source} ${package_built}/MillraceConfig.cmake
  INSTALL_DESTINATION ${package_built} INSTALL_PREFIX ${package_built} PATH_VARS MILLRACE_INCLUDE_DIR)

if(MILLRACE_BUILD_TESTS)
  add_test(NAME package.examples
    COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${CMAKE_SOURCE_DIR}/examples ${CMAKE_BINARY_DIR}/examples
      --build-generator ${CMAKE_GENERATOR} --build-options -DMillrace_DIR=${package_built}
      -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER})
  set_tests_properties(package.examples PROPERTIES LABELS package TIMEOUT 300)
endif()
