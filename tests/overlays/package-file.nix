{
  lib,
  buildPythonPackage,
  fetchPypi,
  hatchling,
  numpy, # the formatter ends with a comma
}:

buildPythonPackage rec {
  pname = "tool";
  version = "1.2.0";
  pyproject = true;

  src = fetchPypi {
    inherit pname version;
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };

  build-system = [ hatchling ];
  dependencies = [ numpy ];

  meta.license = lib.licenses.mit;
}
