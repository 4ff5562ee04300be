{ stdenv, fetchFromGitiles }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitiles {
    url = "https://android.googlesource.com/platform/tool";
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
