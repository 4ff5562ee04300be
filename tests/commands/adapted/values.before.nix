final: prev: {
  python3Packages = prev.python3Packages // {
    values = prev.python3Packages.buildPythonPackage (finalAttrs: {
      pname = "values";
      version = "1.0";
      pyproject = true;

      src = prev.fetchPypi {
        inherit (finalAttrs) pname version;
        hash = "HASH";
      };

      build-system = builtins.attrValues { inherit (prev.python3Packages) setuptools; };

      dependencies = prev.lib.attrValues {
        inherit (prev.python3Packages)
          loguru
          numpy
          scipy
          torch-bin
          tqdm
          ;
      };

      postPatch = ''
        substituteInPlace ./pyproject.toml --replace-fail "scipy<=1.10" "scipy"
        substituteInPlace pyproject.toml --replace-fail "tqdm<5" "tqdm"
      '';
    });
  };
}
