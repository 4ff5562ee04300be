final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchPypi { inherit pname version; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    meta.description = "a |> b <| c";
  };
  # a |> b
  piped = prev.stdenv.mkDerivation rec {
    pname = "piped";
    version = "1.2";
    src = prev.fetchPypi { inherit pname version; hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY="; };
    passthru.names = [ "a" ] |> map (name: name);
  };
}
