final: prev:
let
  inherit (prev) lib;
in
{
  python3Packages = prev.python3Packages // {
    modern = prev.python3Packages.buildPythonPackage rec {
      pname = "modern";
      version = "1.0";
      pyproject = true;
      src = prev.fetchPypi { inherit pname version; hash = "HASH"; };

      build-system = [ prev.python3Packages.setuptools ];

      dependencies = [
        prev.python3Packages.loguru
        prev.python3Packages.numpy
        prev.python3Packages.scipy
        prev.python3Packages.torch-bin
      ] ++ lib.optionals prev.stdenv.hostPlatform.isLinux [ prev.python3Packages.tqdm ];

      pythonRelaxDeps = [ "tqdm" ];
      postPatch = ''
        substituteInPlace pyproject.toml --replace-fail 'scipy<=1.10' scipy
        sed -i 's/tqdm<5/tqdm/' pyproject.toml
      '';
      pythonImportsCheck = [ "modern" ];
    };
  };
}
