# What `cmake --install` gives, and the Debian package that CPack makes of the same.
#
#   bin/millrace                        the worker
#   lib/millrace/connectors/*.so        native connectors, found by the binary beside it
#   lib/millrace/bin/connect-*          the binary under the Java scripts' names; put the folder on PATH
#   include/millrace/*.h                the connector contract
#   lib/cmake/Millrace                  find_package(Millrace)
#   share/doc/millrace                  documentation, sample configurations
include(GNUInstallDirs)
set(MILLRACE_LIBRARY_DIR ${CMAKE_INSTALL_LIBDIR}/millrace)
if(CMAKE_INSTALL_LIBDIR MATCHES "/")
  # Debian's multi-arch folder under /usr: the binary looks for its connectors in PREFIX/lib/millrace.
  set(MILLRACE_LIBRARY_DIR lib/millrace)
endif()

# The worker and what it needs to be of use: the one target that ./quickstart builds.
add_custom_target(millrace_worker)
if(TARGET millrace)
  add_dependencies(millrace_worker millrace)
  install(TARGETS millrace RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(CODE "
    set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${MILLRACE_LIBRARY_DIR}/bin\")
    file(MAKE_DIRECTORY \"\${folder}\")
    foreach(name connect-standalone connect-distributed)
      file(CREATE_LINK ../../../${CMAKE_INSTALL_BINDIR}/millrace \"\${folder}/\${name}\" SYMBOLIC)
    endforeach()")
endif()
foreach(connector file datagen blackhole)
  if(TARGET millrace-${connector})
    add_dependencies(millrace_worker millrace-${connector})
    install(TARGETS millrace-${connector} LIBRARY DESTINATION ${MILLRACE_LIBRARY_DIR}/connectors)
  endif()
endforeach()

install(DIRECTORY include/millrace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(DIRECTORY config DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(${CMAKE_SOURCE_DIR}/cmake/millrace_package/install.cmake OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME millrace)
set(CPACK_PACKAGE_CONTACT "The Millrace developers <millrace@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
