final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchPypi { inherit pname version; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
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
