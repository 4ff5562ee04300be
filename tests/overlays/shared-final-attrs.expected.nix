final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    vendorHash = "sha256-GHHZU1MN0yKtAGSz31h40ECvZ4527o8Wk7h4EqlYIJY=";
    frontend = prev.mkDerivation {
      pname = "${finalAttrs.pname}-frontend";
      inherit (finalAttrs) version src;
      npmDepsHash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
    preBuild = "cp -r ${finalAttrs.frontend} dist";
  });
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
