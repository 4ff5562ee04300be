{ lib, stdenv, fetchzip }:
with lib;
stdenv.mkDerivation rec {
  pname = "tool";
  version = "1.2.0";
  src = fetchzip {
    url = concatStrings [
      "https://github.com/owner/tool/archive/"
      (removeSuffix "-" "v-")
      (toString version)
      ".tar.gz"
    ];
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
