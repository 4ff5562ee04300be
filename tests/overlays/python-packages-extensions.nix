final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool";
        version = "1.2.0";
        src = final.fetchPypi {
          inherit pname version;
          hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        };
        dependencies = [ pyfinal.numpy ];
      };
    })
  ];
}
