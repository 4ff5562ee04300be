{ stdenv }:
stdenv.mkDerivation {
  pname = "tool";
  version = "2.0.0";
  src = builtins.fetchTree {
    type = "github";
    owner = "owner";
    repo = "tool";
    rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
    narHash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
