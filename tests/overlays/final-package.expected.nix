final: prev: {
  tool = prev.stdenv.mkDerivation (
    finalAttrs:
    let
      self = finalAttrs.finalPackage;
      inherit (finalAttrs) pname;
    in
    {
      pname = "tool";
      version = "2.0.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = pname;
        tag = "v${self.version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    }
  );
}
