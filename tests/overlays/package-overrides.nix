self: super: {
  python3 = super.python3.override {
    packageOverrides = pySelf: pySuper: {
      tool = pySelf.buildPythonPackage rec {
        pname = "tool";
        version = "1.2.0";
        src = pySelf.fetchPypi {
          inherit pname version;
          hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        };
      };
    };
  };
}
