"""A Spark session of this machine, where Java is there."""

import shutil

import pytest


@pytest.fixture(scope="session")
def spark():
    """Return a session with two threads, or skip with the reason."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java: apt install default-jre-headless")
    sql = pytest.importorskip("pyspark.sql", reason="Spark needs the extra: creditaudit[spark]")
    builder = sql.SparkSession.builder.master("local[2]").appName("creditaudit tests")
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": "Europe/Berlin",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
