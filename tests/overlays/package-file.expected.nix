{
  lib,
  buildPythonPackage,
  fetchPypi,
  hatchling,
  numpy, # the formatter ends with a comma
}:

buildPythonPackage rec {
  pname = "tool";
  version = "2.0.0";
  pyproject = true;

  src = fetchPypi {
    inherit pname version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };

  build-system = [ hatchling ];
  dependencies = [ numpy ];

  meta.license = lib.licenses.mit;
}
