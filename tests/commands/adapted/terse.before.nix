self: super: let py = super.python3Packages; in {
  python3Packages = py // {
    terse = py.buildPythonPackage rec {
      pname = "terse"; version = "1.0";
      src = super.fetchPypi { inherit pname version; hash = "HASH"; };
      propagatedBuildInputs = with py; [ loguru numpy scipy torch-bin tqdm ];
      postPatch = ''substituteInPlace pyproject.toml --replace-fail "scipy<=1.10" "scipy" --replace-fail "tqdm<5" tqdm'';
    };
  };
}
