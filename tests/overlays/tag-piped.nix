{ lib, stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = lib.pipe finalAttrs.version [
      lib.splitVersion
      (lib.concatStringsSep "-")
      lib.escapeURL
      (lib.replaceStrings [ "." ] [ "_" ])
    ];
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
})
