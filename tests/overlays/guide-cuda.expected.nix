self: super:
let
  cudaPackages = super.cudaPackages_12_8;
  cuda-redist = super.symlinkJoin {
    name = "cuda-redist-${cudaPackages.cudaMajorMinorVersion}";
    paths = with cudaPackages; [ (super.lib.getDev cuda_cccl) ];
  };
in
{
  python3Packages = super.python3Packages // {
    cuda-package = super.python3Packages.buildPythonPackage rec {
      pname = "cuda-package";
      version = "2.0.0";
      src = super.fetchFromGitHub {
        owner = "owner"; repo = "cuda-package";
        tag = version;
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
      CUDA_HOME = "${cuda-redist}";
    };
  };
}
