# A CUDA set in name and shape: a header and a library of no content for each part.
{ lib, stdenv }:
let
  part = pname: stdenv.mkDerivation {
    inherit pname;
    version = "12.8.0";
    buildCommand = ''
      mkdir -p "$out/include" "$out/lib"
      : > "$out/include/$pname.h"
      : > "$out/lib/lib$pname.so"
    '';
    meta.license = lib.licenses.unfree;
  };
in
{ cudaMajorMinorVersion = "12.8"; }
// lib.genAttrs [
  "cuda_cccl"
  "cuda_cudart"
  "cuda_nvcc"
  "libcublas"
  "libcurand"
  "libcusolver"
  "libcusparse"
] part
