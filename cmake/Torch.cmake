# Finds LibTorch inside a Python wheel and exposes it as tessera::torch.
#
# Search order: -DTorch_DIR, $TESSERA_TORCH, .deps/cuda with TESSERA_CUDA=ON, .deps/venv, the active python3. The wheel's own
# TorchConfig.cmake is not used: it sets global flags and enables CUDA for every target.
set(TESSERA_CUDA AUTO CACHE STRING "Link the CUDA part of LibTorch: AUTO (when the wheel has it), ON or OFF")
set_property(CACHE TESSERA_CUDA PROPERTY STRINGS AUTO ON OFF)

# Sets `result` to the first folder of a wheel that holds the CPU library, and with TESSERA_CUDA=ON the CUDA
# one, or to nothing.
function(tessera_find_torch result)
  set(candidates "")
  if(Torch_DIR) # either the folder of the wheel or its share/cmake/Torch
    list(APPEND candidates "${Torch_DIR}" "${Torch_DIR}/../../..")
  endif()
  if(DEFINED ENV{TESSERA_TORCH})
    list(APPEND candidates "$ENV{TESSERA_TORCH}")
  endif()
  if(TESSERA_CUDA STREQUAL "ON") # what launch/setup --cuda fetches
    list(APPEND candidates "${PROJECT_SOURCE_DIR}/.deps/cuda/torch")
  endif()
  file(GLOB venv "${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch")
  list(APPEND candidates ${venv})
  find_program(TESSERA_PYTHON python3)
  if(TESSERA_PYTHON)
    execute_process(
      COMMAND ${TESSERA_PYTHON} -c
        "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE active OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND candidates "${active}")
  endif()
  foreach(candidate IN LISTS candidates)
    if(TESSERA_CUDA STREQUAL "ON" AND NOT EXISTS "${candidate}/lib/libtorch_cuda.so")
      continue()
    endif()
    if(EXISTS "${candidate}/lib/libtorch_cpu.so")
      get_filename_component(root "${candidate}" ABSOLUTE)
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

tessera_find_torch(TESSERA_TORCH_ROOT)
if(NOT TESSERA_TORCH_ROOT AND TESSERA_CUDA STREQUAL "ON")
  message(FATAL_ERROR
    "TESSERA_CUDA=ON, but no LibTorch with a CUDA part was found. Run 'launch/setup --cuda' (to compile and "
    "link) or 'TESSERA_CUDA=ON launch/setup' (to run), or set TESSERA_TORCH to the 'torch' folder of a CUDA wheel.")
elseif(NOT TESSERA_TORCH_ROOT)
  message(FATAL_ERROR
    "LibTorch was not found. Run launch/setup, or set TESSERA_TORCH to the 'torch' folder of a wheel.")
endif()

file(STRINGS "${TESSERA_TORCH_ROOT}/version.py" _version REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+[^']*" TESSERA_TORCH_VERSION "${_version}")
if(TESSERA_TORCH_VERSION VERSION_LESS 2.11)
  message(FATAL_ERROR
    "tessera needs LibTorch 2.11 or later, found ${TESSERA_TORCH_VERSION} at ${TESSERA_TORCH_ROOT}. "
    "Run launch/setup, or set TESSERA_TORCH to the 'torch' folder of a newer wheel.")
endif()

set(_libs "${TESSERA_TORCH_ROOT}/lib/libtorch_cpu.so" "${TESSERA_TORCH_ROOT}/lib/libc10.so")
set(TESSERA_TORCH_HAS_CUDA OFF)
if(EXISTS "${TESSERA_TORCH_ROOT}/lib/libtorch_cuda.so" AND NOT TESSERA_CUDA STREQUAL "OFF")
  set(TESSERA_TORCH_HAS_CUDA ON)
  list(APPEND _libs "${TESSERA_TORCH_ROOT}/lib/libtorch_cuda.so" "${TESSERA_TORCH_ROOT}/lib/libc10_cuda.so")
endif()
message(STATUS "LibTorch ${TESSERA_TORCH_VERSION} at ${TESSERA_TORCH_ROOT}, CUDA ${TESSERA_TORCH_HAS_CUDA}")

# The wheel carries its own OpenMP runtime; a second one would keep a second pool of spinning threads.
file(GLOB _gomp "${TESSERA_TORCH_ROOT}/lib/libgomp*.so*" "${TESSERA_TORCH_ROOT}/../torch.libs/libgomp*.so*")

add_library(tessera_torch INTERFACE)
add_library(tessera::torch ALIAS tessera_torch)
target_include_directories(tessera_torch SYSTEM INTERFACE "${TESSERA_TORCH_ROOT}/include")
# -fopenmp when compiling only: at::parallel_for is a header with OpenMP pragmas; at link time the
# wheel's runtime answers.
target_compile_options(tessera_torch INTERFACE -fopenmp)
# The CUDA part registers itself when loaded and no symbol of it is named, hence --no-as-needed. Its own
# dependencies (cuBLAS, cuDNN, ...) are found at run time through the run paths inside the wheel.
target_link_options(tessera_torch INTERFACE
  "LINKER:-rpath,${TESSERA_TORCH_ROOT}/lib" "LINKER:--no-as-needed" "LINKER:--allow-shlib-undefined")
target_link_libraries(tessera_torch INTERFACE ${_libs} ${_gomp})
