final: prev:
let
  inherit (prev) lib;
in
{
  python3Packages = prev.python3Packages // {
    modern = prev.python3Packages.buildPythonPackage rec {
      pname = "modern";
      version = "2.0";
      pyproject = true;
      src = prev.fetchPypi { inherit pname version; hash = "HASH"; };

      build-system = [ prev.python3Packages.setuptools prev.python3Packages.hatchling ];

      dependencies = [
        prev.python3Packages.numpy
        prev.python3Packages.scipy
        prev.python3Packages.torch-bin
        (prev.python3Packages.accelerate.override { torch = prev.python3Packages.torch-bin; })
        final.python3Packages.base
        prev.python3Packages.h2
        prev.python3Packages.httpx
        prev.python3Packages.packaging
        prev.python3Packages.einops
      ] ++ lib.optionals prev.stdenv.hostPlatform.isLinux [ prev.python3Packages.tqdm prev.python3Packages.nvidia-ml-py ];

      pythonRelaxDeps = [ "tqdm" "numpy" ];
      postPatch = ''
        substituteInPlace pyproject.toml --replace-fail 'scipy<=1.12' scipy
      '';
      pythonImportsCheck = [ "modern" ];
    };
  };
}
