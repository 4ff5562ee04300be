{ lib, mkDerivation, fetchFromGitHub }:
mkDerivation {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tools";
    tag = "@owner/tool@2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
