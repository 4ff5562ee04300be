final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool";
        version = "2.0.0";
        src = final.fetchPypi {
          inherit pname version;
          hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        };
        dependencies = [ pyfinal.numpy ];
      };
    })
  ];
}
