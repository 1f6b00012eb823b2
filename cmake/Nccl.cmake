# Finds NCCL and the CUDA runtime where pip puts them, in a folder "nvidia" beside that of LibTorch, and
# exposes them as tessera::nccl. To be included after Torch.cmake; makes nothing where LibTorch is without
# CUDA. No toolkit is needed: only the host compiler reads the headers.
if(NOT TESSERA_TORCH_HAS_CUDA)
  return()
endif()
get_filename_component(_wheels "${TESSERA_TORCH_ROOT}/.." ABSOLUTE)
set(_cuda_places "${_wheels}/nvidia/cu13" "$ENV{CUDA_HOME}" /usr/local/cuda)
set(_nccl_places "${_wheels}/nvidia/nccl" "$ENV{NCCL_HOME}")
find_path(TESSERA_CUDA_INCLUDE cuda_runtime.h HINTS ${_cuda_places} PATH_SUFFIXES include NO_DEFAULT_PATH)
find_file(TESSERA_CUDA_RUNTIME NAMES libcudart.so.13 libcudart.so HINTS ${_cuda_places}
  PATH_SUFFIXES lib lib64 NO_DEFAULT_PATH)
find_path(TESSERA_NCCL_INCLUDE nccl.h HINTS ${_nccl_places} PATH_SUFFIXES include)
find_file(TESSERA_NCCL_LIBRARY NAMES libnccl.so.2 HINTS ${_nccl_places} PATH_SUFFIXES lib)
foreach(_header crt/host_config.h nv/target) # of nvidia-cuda-crt and nvidia-cuda-cccl
  if(TESSERA_CUDA_INCLUDE AND NOT EXISTS "${TESSERA_CUDA_INCLUDE}/${_header}")
    set(TESSERA_CUDA_INCLUDE "TESSERA_CUDA_INCLUDE-NOTFOUND" CACHE PATH "" FORCE)
  endif()
endforeach()
foreach(_part CUDA_INCLUDE CUDA_RUNTIME NCCL_INCLUDE NCCL_LIBRARY)
  if(NOT TESSERA_${_part})
    string(CONCAT _missing
      "LibTorch at ${TESSERA_TORCH_ROOT} has a CUDA part, but NCCL or the CUDA runtime is not whole (TESSERA_${_part}): "
      "the program will compute on CPUs only. nvidia-nccl-cu13, nvidia-cuda-runtime, nvidia-cuda-crt and "
      "nvidia-cuda-cccl belong beside it, or set CUDA_HOME and NCCL_HOME.")
    if(TESSERA_CUDA STREQUAL "ON")
      message(FATAL_ERROR "${_missing}")
    endif()
    message(STATUS "${_missing}")
    return()
  endif()
endforeach()
message(STATUS "NCCL at ${TESSERA_NCCL_LIBRARY}, CUDA runtime at ${TESSERA_CUDA_RUNTIME}")

add_library(tessera_nccl INTERFACE)
add_library(tessera::nccl ALIAS tessera_nccl)
target_include_directories(tessera_nccl SYSTEM INTERFACE "${TESSERA_CUDA_INCLUDE}" "${TESSERA_NCCL_INCLUDE}")
target_link_libraries(tessera_nccl INTERFACE "${TESSERA_NCCL_LIBRARY}" "${TESSERA_CUDA_RUNTIME}")
get_filename_component(_nccl_folder "${TESSERA_NCCL_LIBRARY}" DIRECTORY)
get_filename_component(_cuda_folder "${TESSERA_CUDA_RUNTIME}" DIRECTORY)
target_link_options(tessera_nccl INTERFACE "LINKER:-rpath,${_nccl_folder}" "LINKER:-rpath,${_cuda_folder}")
