final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = version;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
