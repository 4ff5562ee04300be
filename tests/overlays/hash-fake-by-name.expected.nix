{ lib, stdenv, fetchPypi }:
let
  hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
in
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchPypi { inherit pname version hash; };
}
