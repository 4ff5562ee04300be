final: prev: {
  tool = prev.python3Packages.buildPythonPackage {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchPypi {
      pname = "tool";
      version = "2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    meta.changelog = "https://example.org/1.2.0";
  };
}
