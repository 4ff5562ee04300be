{ lib, buildPythonApplication, fetchFromGitHub, ... }:
buildPythonApplication (finalAttrs: {
  pname = "tool";
  version = "2.0.0";

  src = fetchFromGitHub {
    owner = "owner";
    repo = finalAttrs.pname;
    tag = "v${finalAttrs.version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };

  meta.changelog = "https://github.com/owner/tool/releases/tag/v${finalAttrs.version}";
})
