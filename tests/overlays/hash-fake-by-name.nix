{ lib, stdenv, fetchPypi }:
let
  hash = lib.fakeHash;
in
stdenv.mkDerivation rec {
  pname = "tool";
  version = "1.2.0";
  src = fetchPypi { inherit pname version hash; };
}
