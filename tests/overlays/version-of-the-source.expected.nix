{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = src.rev; # as it is
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
