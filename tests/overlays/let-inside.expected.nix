final: prev: {
  tool =
    let
      pname = "tool";
      version = "2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    in
    prev.python3Packages.buildPythonPackage {
      inherit pname version;
      src = prev.fetchPypi { inherit pname version hash; };
    };
}
