self: super:
let
  inherit (super.python3Packages) buildPythonPackage setuptools;
  needs = with super.python3Packages; [ loguru numpy scipy torch-bin tqdm ];
in
{
  python3Packages = super.python3Packages // {
    bound = buildPythonPackage rec {
      pname = "bound";
      version = "2.0";
      format = "pyproject";
      src = super.fetchPypi { inherit pname version; hash = "HASH"; };
      nativeBuildInputs = [ setuptools super.python3Packages.hatchling ];
      propagatedBuildInputs = needs ++ [ (super.python3Packages.accelerate.override { torch = super.python3Packages.torch-bin; }) self.python3Packages.base super.python3Packages.h2 super.python3Packages.httpx super.python3Packages.packaging super.python3Packages.einops ] ++ super.lib.optionals super.stdenv.hostPlatform.isLinux [ super.python3Packages.nvidia-ml-py ];
      pythonRelaxDeps = [ "numpy" ];
      postPatch = "substituteInPlace pyproject.toml --replace-fail 'scipy<=1.12' scipy";
    };

    beside = buildPythonPackage rec {
      pname = "beside";
      version = "1.0";
      src = super.fetchPypi { inherit pname version; hash = ""; };
      propagatedBuildInputs = needs;
    };
  };
}
