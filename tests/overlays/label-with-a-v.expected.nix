{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "v2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
