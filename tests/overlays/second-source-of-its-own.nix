final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    srcs = [
      (prev.fetchFromGitHub {
        name = "library";
        owner = "owner";
        repo = "library";
        rev = "0123456789abcdef0123456789abcdef01234567";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      })
      (prev.fetchFromGitHub {
        name = "tool";
        owner = "owner";
        repo = "tool";
        tag = "v${finalAttrs.version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      })
    ];
  });
}
