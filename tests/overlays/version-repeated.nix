final: prev: {
  tool = prev.python3Packages.buildPythonPackage {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "tool";
      version = "1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    meta.changelog = "https://example.org/1.2.0";
  };
}
