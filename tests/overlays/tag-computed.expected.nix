{ lib, stdenv, fetchFromGitHub }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "release-" + builtins.replaceStrings [ "." ] [ "_" ] version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
