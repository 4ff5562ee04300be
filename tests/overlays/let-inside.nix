final: prev: {
  tool =
    let
      pname = "tool";
      version = "1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    in
    prev.python3Packages.buildPythonPackage {
      inherit pname version;
      src = prev.fetchPypi { inherit pname version hash; };
    };
}
