{ lib, stdenv, fetchzip }:
with lib;
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchzip {
    url = concatStrings [
      "https://github.com/owner/tool/archive/"
      (removeSuffix "-" "v-")
      (toString version)
      ".tar.gz"
    ];
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
