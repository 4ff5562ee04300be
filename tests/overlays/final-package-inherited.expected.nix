final: prev: {
  tool = prev.melpaBuild (
    finalAttrs:
    let
      inherit (finalAttrs.finalPackage) version;
    in
    {
      pname = "tool";
      version = "2.0.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        rev = "v${version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    }
  );
}
