self: super: {
  python3 = super.python3.override {
    packageOverrides = pySelf: pySuper: {
      tool = pySelf.buildPythonPackage rec {
        pname = "tool";
        version = "2.0.0";
        src = pySelf.fetchPypi {
          inherit pname version;
          hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        };
      };
    };
  };
}
