final: prev: {
  tool = prev.stdenv.mkDerivation (
    finalAttrs:
    let
      self = finalAttrs.finalPackage;
      inherit (finalAttrs) pname;
    in
    {
      pname = "tool";
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = pname;
        tag = "v${self.version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
    }
  );
}
