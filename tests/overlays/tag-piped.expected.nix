{ lib, stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = lib.pipe finalAttrs.version [
      lib.splitVersion
      (lib.concatStringsSep "-")
      lib.escapeURL
      (lib.replaceStrings [ "." ] [ "_" ])
    ];
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
})
