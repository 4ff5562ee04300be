{ lib, stdenv, fetchFromGitiles }:
let
  version = "1.2.0";
  base = "https://android.googlesource.com";
  src = fetchFromGitiles {
    url = "${base}/platform/tool";
    tag = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
in
stdenv.mkDerivation {
  pname = "tool";
  inherit version src;
}
