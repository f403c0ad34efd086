// Of every test program: what it said before it was killed is in its log, line by line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
