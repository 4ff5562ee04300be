# The one package here that has a build of its own, for overlays that patch a package.
{ lib, buildPythonPackage, hatchling }:

buildPythonPackage {
  pname = "einops";
  version = "0.8.1";
  pyproject = true;
  src = ./source;
  build-system = [ hatchling ];
  preBuild = "install -D ${../anything.py} einops/__init__.py";
  pythonImportsCheck = [ "einops" ];
  meta.license = lib.licenses.mit;
}
