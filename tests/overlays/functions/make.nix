# called once with the package set, and once for each package
{ mkDerivation, fetchurl, ... }:
let
  host = "https://github.com/owner";
in
{
  pname,
  version,
  sha256,
  ...
}@args:
mkDerivation (
  finalAttrs:
  {
    inherit pname version;
    src = fetchurl {
      url = "${host}/${pname}/releases/download/v${finalAttrs.version}/${pname}-${finalAttrs.version}.tar.gz";
      inherit sha256;
    };
  }
  // removeAttrs args [ "sha256" ]
)
