self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: {
      postPatch = (old.postPatch or "") + "# 1.2.0";
    });
    local = super.python3Packages.buildPythonPackage {
      pname = "local";
      version = "1.2.0";
      src = ./.;
    };
    again = super.python3Packages.again.overridePythonAttrs (old: rec {
      version = "1.2.0";
      src = old.src.override { tag = "v${version}"; hash = ""; };
    });
    crate = super.rustPlatform.buildRustPackage rec {
      pname = "crate";
      version = "1.2.0";
      src = super.fetchsvn { inherit pname version; hash = ""; };
    };
    given = super.python3Packages.buildPythonPackage {
      pname = "given";
      version = "1.2.0";
      src = super.inputs.given;
    };
  };
}
