self: super: let py = super.python3Packages; in {
  python3Packages = py // {
    terse = py.buildPythonPackage rec {
      pname = "terse"; version = "2.0"; pyproject = true;
      src = super.fetchPypi { inherit pname version; hash = "HASH"; };
      nativeBuildInputs = [ py.hatchling ];
      propagatedBuildInputs = with py; [ numpy scipy torch-bin tqdm (accelerate.override { torch = torch-bin; }) self.python3Packages.base h2 httpx packaging einops ] ++ super.lib.optionals super.stdenv.hostPlatform.isLinux [ nvidia-ml-py ];
      pythonRelaxDeps = [ "numpy" ];
      postPatch = ''substituteInPlace pyproject.toml --replace-fail "scipy<=1.12" "scipy"'';
    };
  };
}
