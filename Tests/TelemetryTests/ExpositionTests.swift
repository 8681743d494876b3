import Testing

@testable import Telemetry

@Suite struct ExpositionTests {
  private let metrics = MetricsRegistry()

  @Test func `a counter has help, type and value`() {
    let counter = metrics.counter("rows_total", help: "Rows.")
    counter.increment()
    counter.increment(by: 41)
    #expect(metrics.render() == "# HELP rows_total Rows.\n# TYPE rows_total counter\nrows_total 42\n")
  }

  @Test func `label values are escaped and nothing else`() {
    metrics.gauge("up", help: "Up.", labels: [("name", "a\"b\\c\nd\r\ne{f}=,g봉")]).set(1)
    #expect(metrics.render().contains("up{name=\"a\\\"b\\\\c\\nd\r\\ne{f}=,g봉\"} 1\n"))
  }

  @Test func `a help text stays one line and keeps its quotes`() {
    _ = metrics.gauge("up", help: "Says \"yes\"\nor \\ no.")
    #expect(metrics.render().hasPrefix("# HELP up Says \"yes\"\\nor \\\\ no.\n# TYPE up gauge\n"))
  }

  @Test func `names are sorted, and a name's samples stand together`() {
    _ = metrics.gauge("b", help: "B.", labels: [("x", "2")])
    _ = metrics.gauge("a", help: "A.")
    _ = metrics.gauge("b", help: "B.", labels: [("x", "1")])
    let lines = metrics.render().split(separator: "\n")
    #expect(lines.filter { !$0.hasPrefix("#") } == ["a 0", "b{x=\"1\"} 0", "b{x=\"2\"} 0"])
    #expect(lines.count == 7)
  }

  @Test func `labels in another order are the same instrument`() {
    let first = metrics.counter("c_total", help: "C.", labels: [("a", "1"), ("b", "2")])
    let second = metrics.counter("c_total", help: "C.", labels: [("b", "2"), ("a", "1")])
    #expect(first === second)
    #expect(metrics.render().contains("c_total{a=\"1\",b=\"2\"} 0\n"))
  }

  @Test(arguments: [
    (0.0, "0"), (-0.5, "-0.5"), (3, "3"), (1e15, "1000000000000000.0"), (0.0005, "0.0005"),
    (123_456_789_012, "123456789012"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (Double(Int64.max), "9.223372036854776e+18"),
  ])
  func `numbers are written as Prometheus reads them`(value: Double, text: String) {
    metrics.gauge("g", help: "G.").set(value)
    #expect(metrics.render().hasSuffix("\ng \(text)\n"))
  }

  @Test func `buckets are cumulative, end at infinity and agree with the count`() {
    let histogram = metrics.histogram("h_seconds", help: "H.", labels: [("s", "x")], bounds: [0.001, 0.5, 2])
    for microseconds: Int64 in [-5, 1_000, 1_001, 500_000, 2_000_001] { histogram.observe(microseconds: microseconds) }
    #expect(
      metrics.render() == """
        # HELP h_seconds H.
        # TYPE h_seconds histogram
        h_seconds_bucket{s="x",le="0.001"} 2
        h_seconds_bucket{s="x",le="0.5"} 4
        h_seconds_bucket{s="x",le="2"} 4
        h_seconds_bucket{s="x",le="+Inf"} 5
        h_seconds_sum{s="x"} 2.502002
        h_seconds_count{s="x"} 5

        """)
  }

  @Test func `what somebody else has counted can be taken over`() {
    let histogram = metrics.histogram("h_seconds", help: "H.", bounds: [0.001, 0.5])
    histogram.add([2, 1, 3], microseconds: 7_000_000)
    histogram.add([0, 1, 0], microseconds: 500_000)
    let page = metrics.render()
    #expect(page.contains(#"h_seconds_bucket{le="0.5"} 4"#) && page.contains("h_seconds_sum 7.5"))
    #expect(page.contains("h_seconds_count 7"))
  }

  @Test func `an instrument that is removed leaves nothing behind`() {
    metrics.gauge("g", help: "G.", labels: [("a", "1")]).set(1)
    metrics.gauge("g", help: "G.", labels: [("a", "2")]).set(2)
    metrics.remove("g", labels: [("a", "1")])
    #expect(metrics.render() == "# HELP g G.\n# TYPE g gauge\ng{a=\"2\"} 2\n")
    metrics.remove("g", labels: [("a", "2")])
    #expect(metrics.render().isEmpty)
  }

  @Test func `a number that others keep is read at each rendering, and left out when there is none`() {
    let values = Gauge()
    metrics.observed("cpu_seconds_total", .counter, help: "CPU.") { values.current < 0 ? nil : values.current }
    values.set(1.5)
    #expect(
      metrics.render() == "# HELP cpu_seconds_total CPU.\n# TYPE cpu_seconds_total counter\ncpu_seconds_total 1.5\n")
    values.set(-1)
    #expect(metrics.render() == "# HELP cpu_seconds_total CPU.\n# TYPE cpu_seconds_total counter\n")
  }

  @Test(arguments: ["", "1st", "a-b", "a b", "é"])
  func `what Prometheus refuses is no name`(name: String) {
    #expect(!Exposition.isName(name))
    #expect(!Exposition.isLabel(name))
  }

  @Test func `names may have colons, labels may not, nor begin with two underscores`() {
    #expect(Exposition.isName("job:rows_total:rate5m"))
    #expect(!Exposition.isLabel("a:b"))
    #expect(!Exposition.isLabel("__name__"))
    #expect(Exposition.isLabel("_name"))
  }

  @Test func `counting from many tasks loses nothing`() async {
    let counter = metrics.counter("c_total", help: "C.")
    let histogram = metrics.histogram("h_seconds", help: "H.")
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for step in 0..<1_000 {
            counter.increment()
            histogram.observe(microseconds: Int64(step))
          }
        }
      }
    }
    #expect(counter.current == 8_000)
    #expect(histogram.snapshot.cumulative.last == 8_000)
  }
}
