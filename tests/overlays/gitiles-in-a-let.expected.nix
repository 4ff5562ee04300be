{ lib, stdenv, fetchFromGitiles }:
let
  version = "2.0.0";
  base = "https://android.googlesource.com";
  src = fetchFromGitiles {
    url = "${base}/platform/tool";
    tag = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
in
stdenv.mkDerivation {
  pname = "tool";
  inherit version src;
}
