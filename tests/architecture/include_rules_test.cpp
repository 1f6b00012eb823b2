#include <gtest/gtest.h>

#include "tests/architecture/expect_rule.h"

namespace tessera::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RoomEdges, FollowTheTable) {
  EXPECT_THAT(check_room_edges(tree_of("storage/a.h", "#include \"partition/extent.h\"")),
              IsEmpty());
  EXPECT_THAT(check_room_edges(tree_of("storage/a.h", "#include \"storage/b.h\"")), IsEmpty());
  EXPECT_THAT(check_room_edges(tree_of("tests/comm/a.cpp", "#include \"worker/worker.h\"")),
              IsEmpty());
}

TEST(RoomEdges, RejectARoomThatTheTableLeavesOut) {
  EXPECT_THAT(check_room_edges(tree_of("partition/a.h", "#include \"comm/b.h\"")),
              ElementsAre(IsAt("partition/a.h", "partition may not include comm")));
  EXPECT_THAT(check_room_edges(tree_of("model/a.cpp", "#include \"worker/worker.h\"")),
              ElementsAre(IsAt("model/a.cpp", "model may not include worker")));
}

TEST(RoomEdges, LetRoomsWithoutTorchSeeTheFaceOfWorkerAlone) {
  EXPECT_THAT(check_room_edges(tree_of("launch/a.cpp", "#include \"worker/worker.h\"")), IsEmpty());
  EXPECT_THAT(check_room_edges(tree_of("launch/a.cpp", "#include \"worker/device.h\"")),
              ElementsAre(IsAt("launch/a.cpp", "face of worker alone")));
}

TEST(RoomEdges, RejectAQuotedIncludeThatIsNotFromTheRoot) {
  EXPECT_THAT(check_room_edges(tree_of("comm/a.cpp", "#include \"a.h\"")),
              ElementsAre(IsAt("comm/a.cpp", "from the root of the tree")));
}

TEST(Cycles, AcceptATree) {
  EXPECT_THAT(check_cycles(make_source_tree({{"worker/a.h", "#include \"comm/b.h\"\n"},
                                             {"comm/b.h", "#include \"comm/c.h\"\n"}})),
              IsEmpty());
}

TEST(Cycles, NameTheRoomsOfACircle) {
  const SourceTree tree = make_source_tree({{"worker/a.h", "#include \"comm/b.h\"\n"},
                                            {"comm/c.h", "#include \"storage/d.h\"\n"},
                                            {"storage/e.h", "#include \"worker/f.h\"\n"}});
  EXPECT_THAT(check_cycles(tree), ElementsAre(IsAt("comm", "comm -> storage -> worker -> comm")));
}

TEST(Cycles, NameTheFilesOfACircleInsideARoom) {
  const SourceTree tree = make_source_tree(
      {{"comm/a.h", "#include \"comm/b.h\"\n"}, {"comm/b.h", "#include \"comm/a.h\"\n"}});
  EXPECT_THAT(check_cycles(tree),
              ElementsAre(IsAt("comm/a.h", "comm/a.h -> comm/b.h -> comm/a.h")));
}

TEST(Torch, IsSeenByItsRoomsAndTheirTests) {
  for (const char* path : {"fusion/a.cpp", "model/a/b.cpp", "worker/a.cpp", "tests/worker/a.cpp",
                           "tests/support/a.h", "tests/mpi/a.cpp", "examples/a.cpp"}) {
    EXPECT_THAT(check_torch(tree_of(path, "#include <ATen/ATen.h>")), IsEmpty()) << path;
  }
}

TEST(Torch, IsHiddenFromOtherRoomsAndTheirTests) {
  for (const char* path :
       {"partition/a.cpp", "launch/a.cpp", "coordinator/a.h", "tests/comm/a.cpp"}) {
    for (const char* header : {"<ATen/ATen.h>", "<c10/core/Device.h>", "<caffe2/a.h>"}) {
      EXPECT_THAT(check_torch(tree_of(path, std::string("#include ") + header)),
                  ElementsAre(IsAt(path, "reaches LibTorch")))
          << path << ' ' << header;
    }
  }
}

TEST(Torch, IsHiddenFromTheFaceOfWorker) {
  EXPECT_THAT(check_torch(tree_of("worker/worker.h", "#include <ATen/core/Tensor.h>")),
              ElementsAre(IsAt("worker/worker.h", "reaches LibTorch")));
}

TEST(Torch, IsFoundBehindOtherHeaders) {
  const SourceTree tree =
      make_source_tree({{"launch/a.cpp", "#include \"worker/worker.h\"\n"},
                        {"worker/worker.h", "#include \"worker/inside.h\"\n"},
                        {"worker/inside.h", "#include <ATen/core/Tensor.h>\n"}});
  EXPECT_THAT(
      check_torch(tree),
      ElementsAre(IsAt("launch/a.cpp",
                       "launch/a.cpp -> worker/worker.h -> worker/inside.h -> ATen/core/Tensor.h"),
                  IsAt("worker/worker.h", "worker/inside.h")));
}

TEST(Torch, ModulesAndTrainingAreBannedEverywhere) {
  for (const char* header :
       {"torch/torch.h", "torch/nn.h", "torch/csrc/autograd/engine.h", "ATen/ops/conv2d.h"}) {
    EXPECT_THAT(check_torch(tree_of("model/a.cpp", "#include <" + std::string(header) + ">")),
                ElementsAre(IsAt("model/a.cpp", "is banned")))
        << header;
  }
  EXPECT_THAT(check_torch(tree_of("model/a.cpp", "torch::nn::Linear x;")),
              ElementsAre(IsAt("model/a.cpp", "torch::nn is banned")));
}

TEST(PublicHeaders, ShowTheStandardLibraryAndPosix) {
  EXPECT_THAT(check_public_headers(tree_of("comm/a.h", "#include <vector>\n#include <sys/mman.h>")),
              IsEmpty());
  EXPECT_THAT(check_public_headers(tree_of("comm/a.cpp", "#include <mpi.h>")), IsEmpty());
}

TEST(PublicHeaders, ShowNoThirdParty) {
  for (const char* header : {"mpi.h", "png.h", "nlohmann/json.hpp", "yaml-cpp/yaml.h"}) {
    EXPECT_THAT(check_public_headers(tree_of("comm/a.h", "#include <" + std::string(header) + ">")),
                ElementsAre(IsAt("comm/a.h", header)));
  }
}

TEST(PublicHeaders, OfTorchRoomsShowTensorsButNotAllOfATen) {
  EXPECT_THAT(check_public_headers(tree_of("fusion/a.h", "#include <ATen/core/Tensor.h>")),
              IsEmpty());
  EXPECT_THAT(check_public_headers(tree_of("fusion/a.h", "#include <ATen/ATen.h>")),
              ElementsAre(IsAt("fusion/a.h", "ATen/ATen.h")));
}

}  // namespace
}  // namespace tessera::architecture
