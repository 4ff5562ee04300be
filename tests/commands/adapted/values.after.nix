final: prev: {
  python3Packages = prev.python3Packages // {
    values = prev.python3Packages.buildPythonPackage (finalAttrs: {
      pname = "values";
      version = "2.0";
      pyproject = true;

      src = prev.fetchPypi {
        inherit (finalAttrs) pname version;
        hash = "HASH";
      };

      build-system = builtins.attrValues { inherit (prev.python3Packages) setuptools hatchling; };

      dependencies = prev.lib.attrValues {
        inherit (prev.python3Packages)
          einops
          h2
          httpx
          numpy
          packaging
          scipy
          torch-bin
          tqdm
          ;
      } ++ prev.lib.optionals prev.stdenv.hostPlatform.isLinux [ prev.python3Packages.nvidia-ml-py ] ++ [ (prev.python3Packages.accelerate.override { torch = prev.python3Packages.torch-bin; }) final.python3Packages.base ];
      pythonRelaxDeps = [ "numpy" ];

      postPatch = ''
        substituteInPlace ./pyproject.toml --replace-fail "scipy<=1.12" "scipy"
      '';
    });
  };
}
