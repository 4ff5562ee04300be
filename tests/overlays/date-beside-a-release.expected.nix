{ stdenv, fetchFromGitLab }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  date = "2025.06.02"; # when it was written
  src = fetchFromGitLab {
    owner = "owner";
    repo = "tool";
    rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  meta.date = "2024.01.01";
})
