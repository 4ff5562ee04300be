{
  lib,
  buildPythonPackage,
  fetchFromGitHub,
  numpy,
  pname ? "tool",
  version,
  hash,
}:

buildPythonPackage {
  inherit pname version;
  src = fetchFromGitHub {
    owner = "owner";
    repo = pname;
    tag = "v${version}";
    inherit hash;
  };
  dependencies = [ numpy ];
  meta.license = lib.licenses.mit;
}
