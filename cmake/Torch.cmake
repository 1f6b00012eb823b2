# Finds LibTorch inside a Python wheel and exposes it as tessera::torch.
#
# Search order: -DTorch_DIR, $TESSERA_TORCH, .deps/venv, the active python3. The wheel's own
# TorchConfig.cmake is not used: it sets global flags and enables CUDA for every target.
set(_candidates "")
if(Torch_DIR)
  list(APPEND _candidates "${Torch_DIR}" "${Torch_DIR}/../../..")
endif()
if(DEFINED ENV{TESSERA_TORCH})
  list(APPEND _candidates "$ENV{TESSERA_TORCH}")
endif()
file(GLOB _venv "${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch")
list(APPEND _candidates ${_venv})
find_program(_python python3)
if(_python)
  execute_process(
    COMMAND ${_python} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE _active OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  list(APPEND _candidates "${_active}")
endif()

foreach(_candidate IN LISTS _candidates)
  if(EXISTS "${_candidate}/lib/libtorch_cpu.so")
    get_filename_component(TESSERA_TORCH_ROOT "${_candidate}" ABSOLUTE)
    break()
  endif()
endforeach()
if(NOT TESSERA_TORCH_ROOT)
  message(FATAL_ERROR "LibTorch was not found. Run launch/setup, or set TESSERA_TORCH to the 'torch' folder of a wheel.")
endif()
file(STRINGS "${TESSERA_TORCH_ROOT}/version.py" _version REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+[^']*" TESSERA_TORCH_VERSION "${_version}")
message(STATUS "LibTorch ${TESSERA_TORCH_VERSION} at ${TESSERA_TORCH_ROOT}")

set(_libs "${TESSERA_TORCH_ROOT}/lib/libtorch_cpu.so" "${TESSERA_TORCH_ROOT}/lib/libc10.so")
set(TESSERA_TORCH_HAS_CUDA OFF)
if(EXISTS "${TESSERA_TORCH_ROOT}/lib/libtorch_cuda.so")
  set(TESSERA_TORCH_HAS_CUDA ON)
  list(APPEND _libs "${TESSERA_TORCH_ROOT}/lib/libtorch_cuda.so" "${TESSERA_TORCH_ROOT}/lib/libc10_cuda.so")
endif()
# The wheel carries its own OpenMP runtime; a second one would keep a second pool of spinning threads.
file(GLOB _gomp "${TESSERA_TORCH_ROOT}/lib/libgomp*.so*" "${TESSERA_TORCH_ROOT}/../torch.libs/libgomp*.so*")

add_library(tessera_torch INTERFACE)
add_library(tessera::torch ALIAS tessera_torch)
target_include_directories(tessera_torch SYSTEM INTERFACE "${TESSERA_TORCH_ROOT}/include")
target_compile_options(tessera_torch INTERFACE -fopenmp -Wno-unknown-pragmas)
target_link_options(tessera_torch INTERFACE "LINKER:-rpath,${TESSERA_TORCH_ROOT}/lib" "LINKER:--no-as-needed")
target_link_libraries(tessera_torch INTERFACE ${_libs} ${_gomp})
