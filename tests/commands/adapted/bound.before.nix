self: super:
let
  inherit (super.python3Packages) buildPythonPackage setuptools;
  needs = with super.python3Packages; [ loguru numpy scipy torch-bin tqdm ];
in
{
  python3Packages = super.python3Packages // {
    bound = buildPythonPackage rec {
      pname = "bound";
      version = "1.0";
      format = "pyproject";
      src = super.fetchPypi { inherit pname version; hash = "HASH"; };
      nativeBuildInputs = [ setuptools ];
      propagatedBuildInputs = needs;
      postPatch = "substituteInPlace pyproject.toml --replace-fail 'scipy<=1.10' scipy --replace-fail 'tqdm<5' tqdm";
    };

    beside = buildPythonPackage rec {
      pname = "beside";
      version = "1.0";
      src = super.fetchPypi { inherit pname version; hash = ""; };
      propagatedBuildInputs = needs;
    };
  };
}
